import { type Case, receiver, sender } from "./case.ts";

/** promtool's clock begins at 0, so what is so many days old has a negative time. */
const daysAgo = (days: number) => `${-days * 86_400}+0x120`;
const tool = sender("metrics_link_tool_pinned_timestamp_seconds", 'tool="envoy",version="1.40.0"');
const agent = sender("metrics_link_management_agent_matches", 'installed="3.3.1-1",wanted="3.3.2"');
const image = "metrics_link_image_timestamp_seconds";

/** How current a host is: the same on both sides. */
export const patchingCases = {
  ImageOld: [
    { side: "sends", fires: { [sender(image)]: daysAgo(45) }, silent: { [sender(image)]: daysAgo(44) }, at: 90 },
    // The receiver stores the sender's too, whose image is not its own.
    {
      side: "receives",
      fires: { [receiver(image)]: daysAgo(46), [sender(image)]: daysAgo(0) },
      silent: { [receiver(image)]: daysAgo(0), [sender(image)]: daysAgo(46) },
      at: 90,
    },
  ],
  ToolOld: { side: "sends", fires: { [tool]: daysAgo(90) }, silent: { [tool]: daysAgo(89) }, at: 90 },
  ManagementAgentDiffers: { side: "sends", fires: { [agent]: "0+0x120" }, silent: { [agent]: "1+0x120" }, at: 90 },
} as const satisfies Readonly<Record<string, Case | readonly Case[]>>;
