// The service worker of web push. A push carries nothing: the line to show comes from this site, with one's own session.

interface Line {
  title: string;
  path: string;
}

interface Waking extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Clicked extends Waking {
  notification: Notification;
}

interface WorkerScope {
  registration: ServiceWorkerRegistration;
  clients: { openWindow(path: string): Promise<unknown> };
  addEventListener(kind: string, run: (event: never) => void): void;
  skipWaiting(): Promise<void>;
}

const scope = self as unknown as WorkerScope;
const QUIET: Line = { title: "Something needs you", path: "/notifications" };

scope.addEventListener("install", ((event: Waking) => event.waitUntil(scope.skipWaiting())) as never);
scope.addEventListener("push", ((event: Waking) => event.waitUntil(show())) as never);
scope.addEventListener("notificationclick", ((event: Clicked) => {
  event.notification.close();
  const { path } = event.notification.data as Line;
  event.waitUntil(scope.clients.openWindow(path.startsWith("/") && !path.startsWith("//") ? path : QUIET.path));
}) as never);

async function show(): Promise<void> {
  const line = await newest();
  await scope.registration.showNotification(line.title, { data: line, tag: line.path, icon: "/favicon.svg" });
}

async function newest(): Promise<Line> {
  try {
    const answer = await fetch("/push/line", { credentials: "same-origin", cache: "no-store" });
    return answer.ok ? ((await answer.json()) as Line) : QUIET;
  } catch {
    return QUIET;
  }
}
