// What the pages remember between visits: small choices, in this browser only.

export const keep = (name, value) => { try { localStorage.setItem(`inkling.${name}`, value); } catch { /* then it is not kept */ } };
export const kept = (name) => { try { return localStorage.getItem(`inkling.${name}`); } catch { return null; } };

// Give a person a file to save.
export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
