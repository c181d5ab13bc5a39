for (const [event, open] of [["beforeprint", true], ["afterprint", false]])
  addEventListener(event, () => document.querySelectorAll(".ir details").forEach((one) => {
    if (open) { one.dataset.was = one.open; one.open = true; } else one.open = one.dataset.was === "true";
  }));
