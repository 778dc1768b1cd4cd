// One store of one IndexedDB database, a transaction at a time.

const STORE = "kept";
const UNKEPT = "This browser keeps no data for this site.";

/** Do one thing in the store of `database` and return its result. Rejects where the browser keeps nothing. */
export function withStore(
  database: string,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
  name = STORE,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(name);
    opening.onerror = () => reject(new Error(UNKEPT));
    opening.onsuccess = () => {
      const open = opening.result;
      const transaction = open.transaction(name, mode);
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => {
        open.close();
        resolve(request.result);
      };
      transaction.onabort = transaction.onerror = () => {
        open.close();
        reject(new Error(UNKEPT));
      };
    };
  });
}
