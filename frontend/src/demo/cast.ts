// The demo's people and their accounts of the standard development mnemonic (indexes 1, 2, 3 and 5).

export interface Actor {
  id: "sara" | "ben" | "carol" | "dora";
  name: string;
  address: string;
  /** Colour of the wallet's icon. */
  colour: string;
}

export const CAST: readonly Actor[] = [
  { id: "sara", name: "Sara", address: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", colour: "#0b6b4a" },
  { id: "ben", name: "Ben", address: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", colour: "#0f5fb8" },
  { id: "carol", name: "Carol", address: "0x90F79bf6EB2c4f870365E785982E1f101E93b906", colour: "#6b2e7a" },
  { id: "dora", name: "Dora", address: "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc", colour: "#7a4b0b" },
];

export function iconOf({ name, colour }: Actor): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${colour}"/>` +
    `<text x="16" y="22" font-family="sans-serif" font-size="17" font-weight="700" text-anchor="middle" fill="#fff">${name[0]}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
