import schema from "../../../schemas/model-policy.schema.json" with { type: "json" };
import type { Schema } from "./schema-check.ts";

/** The one schema of policy files: what is read is held to it, and editors complete and explain by it. */
export const POLICY_SCHEMA = schema as Schema;
