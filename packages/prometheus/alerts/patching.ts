import { alert } from "./alert.ts";

const day = 86_400;

/** How current the image and the tools of a host are. Nothing updates itself: a host reaches no mirror. */
export const patchingAlerts = {
  ImageOld: alert(
    "warning",
    { for: "1h", threshold: 45 * day },
    "The newest package of this host's image is {{ $value | humanizeDuration }} old: it lacks the security updates since then.",
    // An age that nobody knows counts as old.
    ({ threshold }, own) =>
      `time() - (${own("metrics_link_image_timestamp_seconds")} or on () vector(0)) > ${threshold}`,
  ),
  ToolOld: alert(
    "warning",
    { for: "1h", threshold: 90 * day },
    "The version of {{ $labels.tool }}, {{ $labels.version }}, was chosen {{ $value | humanizeDuration }} ago.",
    ({ threshold }, own) => `time() - ${own("metrics_link_tool_pinned_timestamp_seconds")} > ${threshold}`,
  ),
  ManagementAgentDiffers: alert(
    "warning",
    { for: "1h" },
    "The management agent is {{ $labels.installed }}, and the release's is {{ $labels.wanted }}: it comes with the next instance.",
    (_, own) => `${own("metrics_link_management_agent_matches")} == 0`,
  ),
};
