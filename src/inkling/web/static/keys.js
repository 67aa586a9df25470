// Which keys are for the page, and which are for the field or the dialog that they are pressed in.

const TEXT = "input:not([type=button], [type=checkbox], [type=file], [type=radio], [type=range]), textarea";

// Whether a key that edits text belongs to where it was pressed.
export const inText = ({ target }) => Boolean(target.closest?.(TEXT));
export const inDialog = () => document.querySelector("dialog[open]") !== null;

// Ctrl+Z, or ⌘Z. What a browser fills in by itself comes as a keydown without a key.
export const isUndo = ({ key = "", ctrlKey, metaKey, altKey, shiftKey }) => key.toLowerCase() === "z" && (ctrlKey || metaKey) && !altKey && !shiftKey;
