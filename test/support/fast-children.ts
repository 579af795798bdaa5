// Loaded by mocha before the suites. The tests start some thousand processes from sources: those measure no coverage of
// their own (this process has begun to, and goes on), and share what Node made of the sources.
import { join } from "node:path";
import { CACHE } from "../../scripts/fetch.mjs";

delete process.env["NODE_V8_COVERAGE"];
process.env["NODE_COMPILE_CACHE"] = join(CACHE, "compiled");
