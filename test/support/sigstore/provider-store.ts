import type { Adapter, AdapterPayload } from "oidc-provider";

interface Stored {
  readonly payload: AdapterPayload;
  readonly expiresAt: number;
}

/** Where the provider keeps its sessions, codes and grants: one map, gone with the process. */
export function makeProviderStore(): (model: string) => Adapter {
  const stored = new Map<string, Stored>();

  function live(key: string): AdapterPayload | undefined {
    const found = stored.get(key);
    if (found === undefined || found.expiresAt < Date.now()) return undefined;
    return found.payload;
  }

  function findBy(model: string, field: "uid" | "userCode", value: string): AdapterPayload | undefined {
    for (const [key, { payload }] of stored) {
      if (key.startsWith(`${model}:`) && payload[field] === value) return live(key);
    }
    return undefined;
  }

  return (model) => ({
    upsert: async (id, payload, expiresIn) => {
      const expiresAt = expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000;
      stored.set(`${model}:${id}`, { payload, expiresAt });
    },
    find: async (id) => live(`${model}:${id}`),
    findByUid: async (uid) => findBy(model, "uid", uid),
    findByUserCode: async (userCode) => findBy(model, "userCode", userCode),
    consume: async (id) => {
      const payload = live(`${model}:${id}`);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => void stored.delete(`${model}:${id}`),
    revokeByGrantId: async (grantId) => {
      for (const [key, { payload }] of stored) if (payload.grantId === grantId) stored.delete(key);
    },
  });
}
