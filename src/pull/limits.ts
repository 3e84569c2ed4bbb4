/**
 * How much the parts of a pull hold at most. The simulation sets smaller ones, so that small worlds reach them;
 * nothing else changes them.
 */
export const LIMITS = {
  /** Rows of one page: the API takes no more anywhere. */
  pageRows: 100,
  /** Rows of one segment: some MB, and a retry that is cheap. A window with more is cut. */
  segmentRows: 5_000,
  /** Records a window should hold: the middle of 2,000 to 5,000, where a segment is worth its overhead and fits. */
  aimedRows: 3_000,
  /** Where `total_count` stops counting, as the vendor documents. */
  saturatedAt: 9_999,
  /** Most keys a checkpoint carries: about 50 KB of a workflow's state. */
  keys: 5_000,
  /** Incidents per window: the calls for their alerts take minutes, and a window is not done before the last. */
  incidents: 500,
  /** Somewhat below, so that a listed window seldom has to be cut. */
  aimedIncidents: 400,
  /** Incidents remembered, at 100 bytes each of a workflow's state beside the keys of their alerts. */
  rememberedIncidents: 1_000,
  /** Alerts remembered, of all incidents together: 40 KB of a workflow's state. */
  rememberedAlerts: 5_000,
  /** What is owed at a time: with more, a stream asks for nothing new. */
  owed: 200,
  /** Segments kept on disk for an output that is down while another goes on: some 300 MB at worst. */
  pendingSegments: 20,
};
