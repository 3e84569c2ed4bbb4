/** A closed range of time: both ends belong to it, as the API's `gte` and `lte` have it. Epoch ms. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Width of a window in ms; a window of one millisecond has width 1. */
export function widthMs(window: TimeWindow): number {
  return window.toMs - window.fromMs + 1;
}
