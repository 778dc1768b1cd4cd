// One connection between the two browsers: sound and picture, both ways, over the routes its user allows.

export interface LinkEvents {
  onCandidate(candidate: RTCIceCandidate): void;
  onTheirs(stream: MediaStream): void;
  onState(state: RTCPeerConnectionState): void;
}

export class Link {
  private readonly connection: RTCPeerConnection;
  private readonly mayBeDirect: boolean;
  private readonly theirs = new MediaStream();
  /** Candidates that came before the description they belong to. */
  private early: RTCIceCandidateInit[] = [];

  constructor(configuration: RTCConfiguration, events: LinkEvents) {
    this.mayBeDirect = configuration.iceTransportPolicy !== "relay";
    this.connection = new RTCPeerConnection(configuration);
    this.connection.addEventListener("icecandidate", ({ candidate }) => {
      // The browser was told to gather nothing else; an address must not leave even if it did.
      if (candidate?.candidate && (this.mayBeDirect || candidate.type === "relay")) events.onCandidate(candidate);
    });
    this.connection.addEventListener("track", ({ track }) => {
      this.theirs.addTrack(track);
      events.onTheirs(this.theirs);
    });
    this.connection.addEventListener("connectionstatechange", () => events.onState(this.connection.connectionState));
  }

  /** The caller's description. Both lines are there from the start, so that a camera can come and go without a new one. */
  async offer(mine: MediaStream): Promise<string> {
    for (const kind of ["audio", "video"] as const) {
      this.connection.addTransceiver(trackOf(mine, kind) ?? kind, { direction: "sendrecv" });
    }
    return this.describe(await this.connection.createOffer());
  }

  /** The description again over fresh routes, after the line broke. */
  async offerAgain(configuration: RTCConfiguration): Promise<string> {
    this.connection.setConfiguration(configuration);
    return this.describe(await this.connection.createOffer({ iceRestart: true }));
  }

  /** The answer to the caller's description. */
  async answer(sdp: string, mine: MediaStream): Promise<string> {
    await this.hear({ type: "offer", sdp });
    for (const { sender, receiver, direction } of this.connection.getTransceivers()) {
      if (direction !== "sendrecv") await sender.replaceTrack(trackOf(mine, receiver.track.kind));
    }
    for (const transceiver of this.connection.getTransceivers()) transceiver.direction = "sendrecv";
    return this.describe(await this.connection.createAnswer());
  }

  async accept(sdp: string): Promise<void> {
    await this.hear({ type: "answer", sdp });
  }

  async addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (this.connection.remoteDescription) await this.connection.addIceCandidate(candidate);
    else this.early.push(candidate);
  }

  /** Send another picture, or none. */
  async show(track: MediaStreamTrack | null): Promise<void> {
    const line = this.connection.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");
    await line?.sender.replaceTrack(track);
  }

  close(): void {
    this.connection.close();
  }

  private async hear(description: RTCSessionDescriptionInit): Promise<void> {
    await this.connection.setRemoteDescription(description);
    const early = this.early;
    this.early = [];
    for (const candidate of early) await this.connection.addIceCandidate(candidate);
  }

  private async describe(description: RTCSessionDescriptionInit): Promise<string> {
    await this.connection.setLocalDescription(description);
    // Candidates travel one by one, past the check above.
    return (description.sdp ?? "").replace(/^a=candidate:.*\r?\n/gm, "");
  }
}

function trackOf(stream: MediaStream, kind: string): MediaStreamTrack | null {
  return stream.getTracks().find((track) => track.kind === kind) ?? null;
}
