// The shelf: results in the browser's own database, so that a reload keeps them. It holds MOST and no more; a picture
// itself is kept until it is read, then a copy that is no larger than teaching it needs. Where nothing may be kept (a
// private window), the page works without.

export const MOST = 500;

const DATABASE = "inkling";
const STORE = "results";

export class Shelf {
  #opened = open().catch(() => null);

  // All that is kept, in the order in which it came.
  all() { return this.#do("readonly", (store) => store.getAll(), []); }

  put(entry) { return this.#do("readwrite", (store) => store.put(entry)); }

  remove(id) { return this.#do("readwrite", (store) => store.delete(id)); }

  clear() { return this.#do("readwrite", (store) => store.clear()); }

  async #do(mode, act, otherwise) {
    const database = await this.#opened;
    if (!database) return otherwise;
    try {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
      return request.result;
    } catch {
      return otherwise; // the disk is full, say: the results still stand on the page
    }
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}
