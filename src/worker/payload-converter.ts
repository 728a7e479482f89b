/**
 * The payload converter of client, worker and replay. A payload that is not JSON (anybody with the Temporal CLI can send
 * one) becomes a value that says so, where the SDK's own converter throws and wedges the workflow for good.
 * Must stay free of imports but @temporalio/common: it is part of the workflow bundle.
 */
import {
  BinaryPayloadConverter,
  CompositePayloadConverter,
  JsonPayloadConverter,
  type Payload,
  UndefinedPayloadConverter,
} from '@temporalio/common';

/** What a handler gets in place of a payload that can not be decoded. */
export interface Malformed {
  readonly malformed: true;
  readonly bytes: number;
  readonly encoding: string;
}

class TolerantPayloadConverter extends CompositePayloadConverter {
  override fromPayload<T>(payload: Payload): T {
    try {
      return super.fromPayload<T>(payload);
    } catch {
      const encoding = new TextDecoder().decode(payload.metadata?.['encoding'] ?? new Uint8Array());
      return { malformed: true, bytes: payload.data?.length ?? 0, encoding } satisfies Malformed as T;
    }
  }
}

export const payloadConverter = new TolerantPayloadConverter(
  new UndefinedPayloadConverter(),
  new BinaryPayloadConverter(),
  new JsonPayloadConverter(),
);
