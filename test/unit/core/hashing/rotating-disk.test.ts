import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { isRotatingDisk } from "../../../../src/core/hashing/rotating-disk.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

/** A page of characteristics as a disk gives it. */
function page(rotationRate: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt16BE(0x00b1, 0);
  bytes.writeUInt16BE(60, 2);
  bytes.writeUInt16BE(rotationRate, 4);
  return bytes;
}

function device(major: bigint, minor: bigint): bigint {
  return (minor & 0xffn) | (major << 8n) | ((minor & ~0xffn) << 12n);
}

describe("isRotatingDisk", () => {
  const sysfs = useTemporaryFolder();

  beforeEach(function () {
    if (process.platform === "win32") this.skip();
    writeTree(sysfs(), {
      "devices/sda/device/vpd_pgb1": page(7200),
      "devices/sda/queue/rotational": "1\n",
      "devices/sda/sda1/partition": "1\n",
      "devices/sdb/device/vpd_pgb1": page(1),
      "devices/sdc/device/vpd_pgb1": page(0),
      "devices/vda/queue/rotational": "1\n",
      "devices/vda/vda1/partition": "1\n",
      "devices/dm-0/slaves/": "",
      "devices/dm-1/slaves/": "",
      "devices/sdd/device/vpd_pgb1": "",
    });
    mkdirSync(join(sysfs(), "dev/block"), { recursive: true });
    symlinkSync("../../sda/sda1", join(sysfs(), "devices/dm-0/slaves/sda1"));
    symlinkSync("../../dm-0", join(sysfs(), "devices/dm-1/slaves/dm-0"));
    for (const [number, name] of Object.entries({
      "8:0": "sda",
      "8:1": "sda/sda1",
      "8:16": "sdb",
      "8:32": "sdc",
      "8:48": "sdd",
      "259:300": "vda/vda1",
      "253:0": "dm-0",
      "253:1": "dm-1",
    })) {
      symlinkSync(`../../devices/${name}`, join(sysfs(), "dev/block", number));
    }
  });

  it("knows a disk by its revolutions, through partitions and mapped devices", () => {
    for (const [major, minor] of [
      [8n, 0n],
      [8n, 1n],
      [253n, 0n],
      [253n, 1n],
    ] as const) {
      assert.equal(isRotatingDisk(device(major, minor), sysfs()), true, `${major}:${minor}`);
    }
  });

  it("takes no disk for one that does not say it turns: solid state, silent, virtual, damaged, unknown", () => {
    for (const [major, minor] of [
      [8n, 16n],
      [8n, 32n],
      [8n, 48n],
      [259n, 300n],
      [0n, 42n],
    ] as const) {
      assert.equal(isRotatingDisk(device(major, minor), sysfs()), false, `${major}:${minor}`);
    }
    assert.equal(isRotatingDisk(device(8n, 0n), join(sysfs(), "nowhere")), false);
  });
});
