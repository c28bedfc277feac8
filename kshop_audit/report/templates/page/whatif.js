/* Exact: a fraction is [top, below] of BigInt, below > 0, as the report's recipe has them. */
const fraction = (top, below = 1n) => (below < 0n ? [-top, -below] : [top, below]);
const decimal = (text) => {
  const [whole, rest = ""] = String(text).split(".");
  return [BigInt(whole + rest), 10n ** BigInt(rest.length)];
};
const plus = ([a, b], [c, d]) => fraction(a * d + c * b, b * d);
const minus = (x, [c, d]) => plus(x, [-c, d]);
const times = ([a, b], [c, d]) => fraction(a * c, b * d);
const over = ([a, b], [c, d]) => fraction(a * d, b * c);
const side = ([a, b], [c, d]) => (a * d > c * b) - (a * d < c * b);
const least = (x, y) => (side(x, y) < 0 ? x : y);
const most = (x, y) => (side(x, y) > 0 ? x : y);
const sum = (parts) => parts.reduce(plus, [0n, 1n]);
/* Half up to so many decimals; figures of a report are never below nothing. */
const scaled = ([top, below], places) => (2n * top * 10n ** BigInt(places) + below) / (2n * below);
const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");
const written = (value, places) => {
  const digits = String(scaled(value, places)).padStart(places + 1, "0");
  return places ? `${grouped(digits.slice(0, -places))}.${digits.slice(-places)}` : grouped(digits);
};
const bare = (value) => written(value, 6).replace(/\.?0+$/, "");
/* As many decimals as it takes to stand on the same side of every edge as the exact value. */
const sided = (value, decimals, edges) => {
  for (let places = decimals; places <= 6; places += 1) {
    const near = [scaled(value, places), 10n ** BigInt(places)];
    if (edges.every((edge) => side(near, edge) === side(value, edge))) return written(value, places);
  }
  const apart = (edge) => (side(edge, value) < 0 ? minus(value, edge) : minus(edge, value));
  const edge = edges.reduce((best, next) => (side(apart(next), apart(best)) < 0 ? next : best));
  return (side(value, edge) < 0 ? "<" : ">") + bare(edge);
};
const shownValue = (value, how) => {
  const zero = [0n, 1n];
  const edges = how.edge ? [how.edge.map(BigInt)] : [];
  if (how.whole && value[0] % value[1] === 0n) return how.unit.replace("{number}", grouped(String(value[0] / value[1])));
  if (!how.ratio) return how.unit.replace("{number}", sided(value, how.decimals, [zero, ...edges]));
  const small = [1n, 50n];
  const fine = side(value, small) < 0 || edges.some((e) => side(e, zero) > 0 && side(e, small) < 0);
  const hundred = [100n, 1n];
  const lines = [zero, hundred, ...edges.map((edge) => times(edge, hundred))];
  return how.unit.replace("{number}", sided(times(value, hundred), fine ? 2 : 1, lines));
};
const box = document.getElementById("whatif");
if (box) {
  const recipe = JSON.parse(box.dataset.recipe);
  const words = box.dataset;
  const sliders = [...box.querySelectorAll("input[type=range]")];
  const scale = [decimal(recipe.least), decimal(recipe.most)];
  const clamped = (value) => least(scale[1], most(scale[0], value));
  const along = (curve, at) => {
    const line = curve.map((point) => [decimal(point.value), decimal(point.points)]);
    if (line.length === 1) return line[0][1];
    let place = line.findIndex(([value], i) => i > 0 && i < line.length - 1 && side(at, value) < 0);
    if (place < 0) place = line.length - 1;
    const [[x, y], [far, top]] = [line[place - 1], line[place]];
    return plus(y, over(times(minus(top, y), minus(at, x)), minus(far, x)));
  };
  const reached = ({ numerator, denominator, step, saved }, count) => {
    const change = saved.length ? -saved.slice(0, count).reduce((a, b) => a + b, 0) : count * step;
    return [BigInt(numerator) + BigInt(change), BigInt(denominator)];
  };
  const fails = (turns, count) => count < turns.fails_below;
  const passes = (turns, count) => turns.passes_from !== null && count >= turns.passes_from;
  const points = (counts) => {
    const found = {};
    for (const { rule, points: now, curve, turns } of recipe.rules) {
      const count = counts[rule] ?? 0;
      if (!turns || !curve.length) {
        if (now) found[rule] = [BigInt(now.numerator), BigInt(now.denominator)];
      } else if (fails(turns, count) || passes(turns, count)) {
        found[rule] = clamped(along(curve, reached(turns, count)));
      }
    }
    for (const limit of recipe.limits) {
      const turns = recipe.rules.find(({ rule }) => rule === limit.rule)?.turns;
      if (!(turns ? fails(turns, counts[limit.rule] ?? 0) : limit.fails)) continue;
      for (const rule of limit.applies_to) {
        if (found[rule]) found[rule] = least(found[rule], decimal(limit.most));
      }
    }
    return found;
  };
  const total = (found) => {
    const parts = Object.values(recipe.dimensions)
      .map(({ weight, rules }) => [decimal(weight), rules.filter((rule) => found[rule])])
      .filter(([, rules]) => rules.length);
    const weights = sum(parts.map(([weight]) => weight));
    const earned = parts.map(([weight, rules]) =>
      over(times(weight, sum(rules.map((rule) => found[rule]))), [BigInt(rules.length), 1n]));
    return parts.length ? clamped(over(sum(earned), weights)) : null;
  };
  /* The least count that brings the figure to what was typed; all of them where none does. */
  const enough = (rule, text) => {
    const { turns } = recipe.rules.find((one) => one.rule === rule);
    const typed = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
    if (!typed) return null;
    const shown = decimal(typed[1]);
    const wanted = recipe.shown[rule].ratio ? over(shown, [100n, 1n]) : shown;
    const at = (count) => reached(turns, count);
    const way = side(at(turns.most), at(0));
    const there = (count) => side(at(count), wanted) * way >= 0;
    for (let count = 0; count < turns.most; count += 1) if (there(count)) return count;
    return turns.most;
  };
  const update = () => {
    const counts = Object.fromEntries(sliders.map((one) => [one.dataset.rule, Number(one.value)]));
    const found = points(counts);
    for (const slider of sliders) {
      const { rule } = slider.dataset;
      const own = recipe.rules.find((one) => one.rule === rule);
      const count = counts[rule];
      const row = slider.closest(".lever");
      const value = shownValue(reached(own.turns, count), recipe.shown[rule]);
      const status = fails(own.turns, count) ? "missed" : passes(own.turns, count) ? "met" : "open";
      row.querySelector(".count").textContent = `+${count}`;
      row.querySelector(".reached").textContent = value;
      row.querySelector(".earned").textContent = found[rule] ? written(found[rule], 2) : "-";
      row.querySelector(".outcome").textContent = words[status];
      row.querySelector(".outcome").className = `outcome ${status}`;
      slider.setAttribute("aria-valuetext", `+${count}, ${value}, ${words[status]}`);
    }
    const after = total(found);
    document.getElementById("then").textContent = after ? written(after, 2) : "-";
    const changed = sliders.filter((one) => one.value !== "0");
    document.getElementById("command").textContent = changed.length
      ? `kshop-audit whatif … ${changed.map((one) => `--change ${one.dataset.rule}=+${one.value}`).join(" ")}`
      : "";
  };
  const aim = (slider) => slider.closest(".lever").querySelector(".aim");
  for (const slider of sliders) {
    slider.addEventListener("input", () => {
      aim(slider).value = "";
      update();
    });
    aim(slider).addEventListener("change", ({ target }) => {
      const count = enough(slider.dataset.rule, target.value);
      target.setAttribute("aria-invalid", String(count === null && target.value !== ""));
      slider.value = count ?? 0;
      update();
    });
  }
  document.getElementById("reset").addEventListener("click", () => {
    for (const slider of sliders) {
      slider.value = 0;
      aim(slider).value = "";
    }
    update();
  });
  for (const slider of sliders) slider.value = 0;
  update();
}
