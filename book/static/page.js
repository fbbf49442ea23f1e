// Draw every diagram with an id of its own; in the dark theme in dark colours.
document.addEventListener("DOMContentLoaded", async () => {
  // What is read aloud is what is seen: the words on the button, not others.
  const named = document.querySelectorAll("summary, button.search-button-field");
  named.forEach(element => element.removeAttribute("aria-label"));
  // The theme hears the first button of each kind alone, which stands in the hidden bar.
  for (const kind of [".primary-toggle", ".secondary-toggle"]) {
    const [heard, ...others] = document.querySelectorAll(kind);
    others.forEach(other => other.addEventListener("click", () => heard.click()));
  }
  const dark = document.documentElement.dataset.theme === "dark";
  mermaid.initialize({startOnLoad: false, theme: dark ? "dark" : "neutral"});
  for (const [number, diagram] of document.querySelectorAll("pre.mermaid").entries()) {
    const {svg} = await mermaid.render(`diagram-${number}`, diagram.textContent);
    const figure = document.createElement("div");
    figure.className = "diagram";
    figure.innerHTML = svg;
    diagram.replaceWith(figure);
  }
});
