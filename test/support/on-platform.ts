/** Runs `work` while this process says that it runs on `platform`. */
export async function onPlatform<T>(platform: NodeJS.Platform, work: () => Promise<T>): Promise<T> {
  const own = Object.getOwnPropertyDescriptor(process, "platform");
  if (own === undefined) throw new Error("process.platform is gone");
  Object.defineProperty(process, "platform", { ...own, value: platform });
  try {
    return await work();
  } finally {
    Object.defineProperty(process, "platform", own);
  }
}
