// The values under the pointer, in each legend. The page is whole without it.
for (const figure of document.querySelectorAll("figure[data-lines]")) {
  const { lines, left, right, width, from, to } = JSON.parse(figure.dataset.lines);
  const svg = figure.querySelector("svg");
  const cursor = svg.querySelector(".cursor");
  const values = figure.querySelectorAll(".legend b");
  const show = (event) => {
    const box = svg.getBoundingClientRect();
    const place = Math.min(Math.max(((event.clientX - box.left) / box.width) * width, left), width - right);
    const x = from + ((to - from) * (place - left)) / (width - left - right);
    cursor.setAttribute("x1", place);
    cursor.setAttribute("x2", place);
    cursor.style.visibility = "visible";
    lines.forEach((points, number) => {
      if (!points.length) return;
      const near = points.reduce((best, point) => (Math.abs(point[0] - x) < Math.abs(best[0] - x) ? point : best));
      values[number].textContent = near[1].toLocaleString("en", { maximumFractionDigits: near[1] < 10 ? 2 : 0 });
    });
  };
  const hide = () => {
    cursor.style.visibility = "hidden";
    values.forEach((value) => (value.textContent = ""));
  };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerleave", hide);
}
