/** Whether the rule `rulePath` leaves `name` out: the same name, or below it. `.` leaves out everything (OMS 6.2.1). */
export function isIgnored(name: string, rulePath: string): boolean {
  return rulePath === "." || name === rulePath || name.startsWith(`${rulePath}/`);
}
