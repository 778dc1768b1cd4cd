// Signing out leaves neither a chat key nor half-written texts behind on this device.

/** Where chat seeds are kept; see chat/vault.ts. */
export const SEED_DATABASE = "parley-chat";

export function forgetOnSignOut(): void {
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && /\/signout\/?$/.test(event.target.action)) {
      indexedDB.deleteDatabase(SEED_DATABASE);
      for (const key of Object.keys(localStorage)) {
        if (/^parley:[^:]*:draft:/.test(key)) localStorage.removeItem(key);
      }
    }
  });
}
