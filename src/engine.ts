// Entry of the engine: the one process of a window that reads models and signatures.
import { serveEngine } from "./engine/server.ts";

serveEngine();
