// The judge of slowness: says whether something costs others, on a machine that is itself sometimes slower. It compares
// seconds without the thing and beside it, in rounds that take turns; pure but for the taking of turns.

/** The value below which `q` of all lie. */
export const quantile = (values, q) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];

/**
 * The middle second beside the thing, and what it may be at most: `factor` times the middle second without it, or, where
 * that is more, what the worst quarter of the seconds without it show the machine to do by itself.
 */
export const compare = (without, beside, factor) => {
  const most = Math.max(factor * quantile(without, 0.5), quantile(without, 0.75));
  const middle = quantile(beside, 0.5);
  return { without: quantile(without, 0.5), beside: middle, most, slower: middle > most };
};

/**
 * Takes turns until nothing seems slower, `least` times in any case and `most` times at most: what a busy machine did to
 * one round, the next ones outweigh; what costs others does so in every round. `round()` answers
 * `{measure: {without, beside}}` with a value for each second; the last comparison of each measure is the verdict.
 */
export const takeTurns = async ({ least, most, factor }, round) => {
  const seconds = {};
  for (let turn = 1; ; turn++) {
    for (const [measure, { without, beside }] of Object.entries(await round())) {
      seconds[measure] ??= { without: [], beside: [] };
      seconds[measure].without.push(...without);
      seconds[measure].beside.push(...beside);
    }
    const judged = ([measure, { without, beside }]) => [measure, compare(without, beside, factor)];
    const verdicts = Object.fromEntries(Object.entries(seconds).map(judged));
    const settled = Object.values(verdicts).every(({ slower }) => !slower);
    if (turn >= most || (turn >= least && settled)) return { turns: turn, ...verdicts };
  }
};
