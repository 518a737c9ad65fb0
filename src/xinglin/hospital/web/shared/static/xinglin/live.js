/* Live pages: one event stream a page; each event becomes a DOM event `live:<kind>` on document.
   After every (re)connection a `live:hello` is sent, so that a page fetches what it may have missed. */
(() => {
  const { streamUrl, streamToken } = document.body.dataset;
  if (!streamUrl || !streamToken || !window.EventSource) return;
  let source;
  const open = () => {
    source = new EventSource(`${streamUrl}?token=${encodeURIComponent(streamToken)}`);
    source.addEventListener("hello", () => tell("hello", {}));
    source.addEventListener("change", (event) => {
      const change = JSON.parse(event.data);
      tell(change.kind, change);
    });
    source.addEventListener("open", () => document.body.setAttribute("data-live", "on"));
    source.addEventListener("error", () => {
      document.body.setAttribute("data-live", "off");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000);
    });
  };
  const tell = (kind, detail) => document.dispatchEvent(new CustomEvent(`live:${kind}`, { detail }));
  addEventListener("pagehide", () => source && source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
})();
