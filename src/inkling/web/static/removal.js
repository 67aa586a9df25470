// Corrections are deleted, and restored again: what became of it is told.

import { ask, Away, wordsOf } from "./server.js";
import { meanwhile, tell } from "./toast.js";

const leaving = new Set(); // ids that are being deleted: who presses twice means it once

export const counted = (count) => (count === 1 ? "1 correction" : `${count} corrections`);
const post = (what, ids) => ask(`/corrections/${what}`, { method: "POST", body: { ids } });

// Delete those that are still there. Gives the ids that are gone now, none where it failed. undo(ids) restores them.
export async function remove(ids, undo) {
  const asked = ids.filter((id) => !leaving.has(id));
  if (!asked.length) return [];
  for (const id of asked) leaving.add(id);
  const { over } = meanwhile(() => `Deleting ${counted(asked.length)} …`);
  try {
    const deleted = await onThose(asked, (those) => post("delete", those));
    over();
    if (deleted.length) tell(`${counted(deleted.length)} deleted${alsoGone(asked.length - deleted.length)}.`, { undo: () => undo(deleted) });
    else tell(`Nothing was deleted: ${asked.length === 1 ? "it was" : "they were"} gone already.`);
    return asked;
  } catch (error) {
    over();
    tell(`Nothing was deleted. ${wordsOf(error)}`, { problem: true });
    return [];
  } finally {
    for (const id of asked) leaving.delete(id);
  }
}

// Restore what was deleted, and call done() whatever came of it.
export async function restore(ids, done) {
  const { over } = meanwhile(() => `Restoring ${counted(ids.length)} …`);
  try {
    await post("restore", ids);
    over();
    tell(`${counted(ids.length)} restored.`);
  } catch (error) {
    over();
    tell(`Nothing was restored. ${wordsOf(error)}`, { problem: true, undo: error instanceof Away ? () => restore(ids, done) : null });
  }
  done();
}

// The server changes all or none: where some are gone already, ask for the rest. Gives those that were there.
export async function onThose(ids, act) {
  if (!ids.length) return [];
  try {
    await act(ids);
    return ids;
  } catch (error) {
    if (error.code !== "correction_not_found") throw error;
    const there = await Promise.all(ids.map(isThere));
    return onThose(ids.filter((_, index) => there[index]), act);
  }
}

async function isThere(id) {
  try {
    await ask(`/corrections/${id}`);
    return true;
  } catch (error) {
    if (error.code !== "correction_not_found") throw error;
    return false;
  }
}

const alsoGone = (count) => (count ? `; ${count} ${count === 1 ? "was" : "were"} gone already` : "");
