import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** Signed models made by others: `OMS_VECTORS`, or beside the project; undefined where neither exists. */
export const VECTORS = [process.env["OMS_VECTORS"], resolve(import.meta.dirname, "../../../shared/vectors")].find(
  (folder): folder is string => folder !== undefined && existsSync(join(folder, "reference")),
);
