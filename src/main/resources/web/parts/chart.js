import uPlot from 'uplot';
import { html, useEffect, useRef, useState } from '../core/html.js';
import { hourAndMinute, language, number } from '../core/i18n.js';

const HEIGHT = 240;

/** The sheet of uPlot, which it needs before it measures. */
const styled = new Promise((done) => {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = new URL('../lib/uplot/uPlot.min.css', import.meta.url).href;
  link.onload = link.onerror = done;
  document.head.append(link);
});

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const axis = () => ({ stroke: colour('--quiet'), font: '12px system-ui, sans-serif', grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } });

/**
 * Lines over time, in the page's colours, and told apart by their dashes too.
 *
 * @param times in seconds
 * @param lines `{name, colour, dash, values}`; a value that is null leaves a gap
 * @param onPoint gets the index of the time that is pointed at, or null
 */
export function Chart({ times, lines, label, onPoint }) {
  const element = useRef(null);
  const chart = useRef(null);
  const [dark, setDark] = useState(matchMedia('(prefers-color-scheme: dark)').matches);
  const data = [times, ...lines.map((each) => each.values)];
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => setDark(scheme.matches);
    scheme.addEventListener('change', changed);
    return () => scheme.removeEventListener('change', changed);
  }, []);

  useEffect(() => {
    let gone = false;
    const watcher = new ResizeObserver(() => chart.current?.setSize({ width: element.current.clientWidth, height: HEIGHT }));
    styled.then(() => {
      if (gone) return;
      chart.current = new uPlot(options(element.current.clientWidth, lines, onPoint), latest.current, element.current);
      watcher.observe(element.current);
    });
    return () => {
      gone = true;
      watcher.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [dark, language.get()]);

  useEffect(() => chart.current?.setData(data), [JSON.stringify(data)]);

  return html`<div class="chart" role="img" aria-label=${label} ref=${element}></div>`;
}

const options = (width, lines, onPoint) => ({
  width,
  height: HEIGHT,
  padding: [12, 12, 0, 0],
  legend: { show: false },
  cursor: { drag: { x: false, y: false }, points: { size: 7 } },
  // a quiet hour still has an axis
  scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
  series: [
    {},
    ...lines.map((each) => ({ label: each.name, stroke: colour(each.colour), width: 2, dash: each.dash, points: { show: false } })),
  ],
  axes: [
    { ...axis(), size: 28, space: 70, values: (_, seconds) => seconds.map((each) => hourAndMinute(each * 1000)) },
    { ...axis(), size: (_, values) => 14 + 8 * Math.max(2, ...(values ?? []).map((each) => each.length)), values: (_, values) => values.map((each) => number(each, { maximumFractionDigits: 3 })) },
  ],
  hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? null)] },
});
