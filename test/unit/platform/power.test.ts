import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isOnBattery, PowerWatch } from "../../../src/platform/power.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

describe("the machine's power", () => {
  const supplies = useTemporaryFolder();

  it("is a battery's only where one of the machine's own is discharged", async () => {
    assert.equal(await isOnBattery(join(supplies(), "missing")), false);
    writeTree(supplies(), {
      "AC/type": "Mains\n",
      "AC/online": "0\n",
      "mouse/type": "Battery\n",
      "mouse/scope": "Device\n",
      "mouse/status": "Discharging\n",
      "BAT0/type": "Battery\n",
      "BAT0/status": "Charging\n",
    });
    assert.equal(await isOnBattery(supplies()), false);
    writeFileSync(join(supplies(), "BAT0", "status"), "Discharging\n");
    assert.equal(await isOnBattery(supplies()), true);
  });

  it("is told when it changes, and only to who wants to know", async () => {
    writeTree(supplies(), { "BAT0/type": "Battery\n", "BAT0/status": "Discharging\n" });
    let wanted = false;
    let changes = 0;
    const changed = (): void => {
      changes += 1;
    };
    const power = new PowerWatch({ wanted: () => wanted, changed, supplies: supplies() });
    try {
      await power.look();
      assert.deepEqual([power.onBattery, changes], [false, 0]);
      wanted = true;
      await power.look();
      assert.deepEqual([power.onBattery, changes], [true, 1]);
      writeFileSync(join(supplies(), "BAT0", "status"), "Full\n");
      await power.look();
      assert.deepEqual([power.onBattery, changes], [false, 2]);
      await power.look();
      assert.equal(changes, 2);
    } finally {
      power.dispose();
    }
  });
});
