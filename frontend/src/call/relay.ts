// The relay of this site: a fresh pass for each call.

import { call } from "../api/client";

interface Pass {
  urls: string[];
  username: string;
  credential: string;
}

/** How a connection may be made: through the relay alone, or, where its user chose so, directly as well. */
export async function routes(code: string, isDirect: boolean): Promise<RTCConfiguration> {
  const { urls, username, credential } = await call<Pass>("GET", `/trades/${code}/call-relay`);
  // A TURN server answers STUN too: that is how a direct line learns its own address.
  const plain = isDirect ? [{ urls: urls.map((url) => url.replace(/^turns?:/, "stun:").replace(/\?.*$/, "")) }] : [];
  return {
    iceServers: [{ urls, username, credential }, ...plain],
    iceTransportPolicy: isDirect ? "all" : "relay",
  };
}
