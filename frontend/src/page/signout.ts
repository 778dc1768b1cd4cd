// Signing out leaves neither a chat key nor half-sent files nor half-written texts behind on this device.

/** Where chat seeds are kept; see chat/vault.ts. */
export const SEED_DATABASE = "parley-chat";
/** Where files on their way are kept; see chat/kept_file.ts. */
export const FILES_DATABASE = "parley-files";

export function forgetOnSignOut(): void {
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && /\/signout\/?$/.test(event.target.action)) {
      for (const name of [SEED_DATABASE, FILES_DATABASE]) indexedDB.deleteDatabase(name);
      for (const key of Object.keys(localStorage)) {
        if (/^parley:[^:]*:draft:/.test(key)) localStorage.removeItem(key);
      }
    }
  });
}
