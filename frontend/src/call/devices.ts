// Microphone and camera, with refusals in words.

/** The reader's own sound, and picture if wanted. Throws an `Error` fit to be shown. */
export async function openDevices(wantsVideo: boolean): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: wantsVideo && PICTURE });
  } catch (error) {
    throw new Error(words(error, wantsVideo ? "microphone or camera" : "microphone"));
  }
}

export async function openCamera(): Promise<MediaStreamTrack> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: PICTURE });
    const [track] = stream.getVideoTracks();
    if (!track) throw new DOMException("", "NotFoundError");
    return track;
  } catch (error) {
    throw new Error(words(error, "camera"));
  }
}

const PICTURE: MediaTrackConstraints = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { max: 24 } };

function words(error: unknown, device: string): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") {
    return `Your browser did not allow the ${device}. Allow it beside the address of this page, then try again.`;
  }
  if (name === "NotFoundError") return `No ${device} was found. Connect one, or write in the chat.`;
  if (name === "NotReadableError") return `Another program uses your ${device}. Close it there, then try again.`;
  return `Your ${device} could not be opened. Try again, or write in the chat.`;
}
