// Entry of the process in which the extension reads signatures, however large, and has files digested.
import { serveChecks } from "./workspace/checking/serve-tasks.ts";

serveChecks();
