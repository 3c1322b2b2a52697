import { compress } from "snappyjs";
import { framesOf } from "./frames.ts";
import { post, textOf } from "./http.ts";
import {
  decodeChunkedReadResponse,
  encodeReadRequest,
  histogramEncodings,
  type Label,
  xorEncoding,
} from "./messages.ts";
import { decodeXorChunk, type Sample, samplesIn } from "./xor-chunk.ts";

/** What a span holds of a series, or of the part of a series that one frame had room for. */
export interface SeriesSpan {
  readonly labels: readonly Label[];
  readonly samples: readonly Sample[];
  /** Samples in chunks of native histograms that touch the span: they are not decoded. */
  readonly histograms: number;
}

const timeoutMs = 60_000;

/**
 * All series of a span from a Prometheus' TSDB, both ends inclusive, by remote read. Prometheus adds its external labels to
 * the answer exactly as it adds them to what it writes (storage/remote/read_handler.go and codec.go, MergeLabels).
 * Chunks come whole; what lies outside of the span is left out here. One frame is in memory at a time.
 * @throws Error when Prometheus refuses, or the answer is torn or of an encoding that is not known
 */
export async function* readSeries(readUrl: string, from: number, to: number): AsyncGenerator<SeriesSpan> {
  const answer = await post(
    readUrl,
    {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-read-version": "0.1.0",
    },
    compress(encodeReadRequest(from, to)),
    timeoutMs,
  );
  const type = answer.headers["content-type"] ?? "";
  if (answer.statusCode !== 200 || !type.startsWith("application/x-streamed-protobuf")) {
    throw new Error(`${readUrl} answers ${answer.statusCode} ${type}: ${await textOf(answer)}`);
  }
  for await (const frame of framesOf(answer)) {
    for (const { labels, chunks } of decodeChunkedReadResponse(frame)) {
      const samples: Sample[] = [];
      let histograms = 0;
      for (const { encoding, data, minTime, maxTime } of chunks) {
        if (maxTime < from || minTime > to) continue;
        if (histogramEncodings.includes(encoding)) histograms += samplesIn(data);
        else if (encoding !== xorEncoding) throw new Error(`${readUrl} answers with a chunk of encoding ${encoding}`);
        else for (const sample of decodeXorChunk(data)) if (within(sample, from, to)) samples.push(sample);
      }
      yield { labels, samples, histograms };
    }
  }
}

const within = ({ time }: Sample, from: number, to: number) => time >= from && time <= to;
