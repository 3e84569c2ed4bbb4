// Resident size over time as an SVG that reads on light and on dark pages.
const WIDTH = 720;
const HEIGHT = 260;
const MARGIN = { left: 56, right: 16, top: 36, bottom: 36 };
/** What the collector may take, MB. */
const LIMIT_MB = 350;

/**
 * @param {readonly { atS: number, mb: number }[]} samples
 * @param {number} events
 * @returns {string}
 */
export function memoryPicture(samples, events) {
  const endS = Math.max(1, ...samples.map(({ atS }) => atS));
  const topMb = Math.max(400, ...samples.map(({ mb }) => mb * 1.05));
  const x = (/** @type {number} */ s) =>
    (MARGIN.left + (s / endS) * (WIDTH - MARGIN.left - MARGIN.right)).toFixed(1);
  const y = (/** @type {number} */ mb) =>
    (HEIGHT - MARGIN.bottom - (mb / topMb) * (HEIGHT - MARGIN.top - MARGIN.bottom)).toFixed(1);
  const line = samples.map(({ atS, mb }) => `${x(atS)},${y(mb)}`).join(' ');
  const right = WIDTH - MARGIN.right;
  const grid = [0, 100, 200, 300, 400]
    .filter((mb) => mb <= topMb)
    .map(
      (mb) =>
        `<line x1="${MARGIN.left}" x2="${right}" y1="${y(mb)}" y2="${y(mb)}" stroke="#8886"/>` +
        `<text x="${MARGIN.left - 8}" y="${y(mb)}" text-anchor="end" dominant-baseline="middle">${mb}</text>`,
    );
  const stepS = [10, 30, 60, 120, 300].find((step) => endS / step <= 8) ?? 600;
  const marks = Array.from({ length: Math.floor(endS / stepS) + 1 }, (_, at) => at * stepS).map(
    (s) => `<text x="${x(s)}" y="${HEIGHT - 12}" text-anchor="middle">${s} s</text>`,
  );
  const limit =
    `<line x1="${MARGIN.left}" x2="${right}" y1="${y(LIMIT_MB)}" y2="${y(LIMIT_MB)}" stroke="#c33" stroke-dasharray="6 4"/>` +
    `<text x="${right}" y="${Number(y(LIMIT_MB)) - 6}" text-anchor="end" fill="#c33">limit ${LIMIT_MB} MB</text>`;
  const title = `Resident memory of the collector, MB, while it pulls ${events.toLocaleString('en-US')} events`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#777">`,
    `<text x="${MARGIN.left}" y="20" font-size="14">${title}</text>`,
    ...grid,
    ...marks,
    limit,
    `<polyline points="${line}" fill="none" stroke="#2a7ae2" stroke-width="2"/>`,
    '</svg>',
    '',
  ].join('\n');
}
