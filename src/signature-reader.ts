// Entry of the process that has a signature file open for the viewer: a statement of a million files is read and searched
// there, and the extension host stays free.
import { serveReader } from "./ui/viewer/reading/serve-reader.ts";

serveReader();
