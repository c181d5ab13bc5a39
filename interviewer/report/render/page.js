for (const one of document.querySelectorAll("time[datetime]")) {
  const at = new Date(one.dateTime), two = (n) => String(n).padStart(2, "0");
  if (/UTC$/.test(one.textContent) && !Number.isNaN(at.getTime())) one.textContent = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
for (const [event, open] of [["beforeprint", true], ["afterprint", false]])
  addEventListener(event, () => document.querySelectorAll(".ir details").forEach((one) => {
    if (open) { one.dataset.was = one.open; one.open = true; } else one.open = one.dataset.was === "true";
  }));
