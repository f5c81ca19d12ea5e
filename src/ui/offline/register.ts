/** Lets the browser keep the application for use without a network. Only the built application has a service worker. */
export function keepApplication(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !isSecureContext) return;
  const start = (): void =>
    void navigator.serviceWorker.register('./service-worker.js', { scope: './' }).catch(() => undefined);
  if (document.readyState === 'complete') start();
  else addEventListener('load', start, { once: true });
}
