/** Whether the rule `rulePath` excludes `name`: the same name, or below it. `.` excludes everything (OMS 6.2.1). */
export function isIgnored(name: string, rulePath: string): boolean {
  return rulePath === "." || name === rulePath || name.startsWith(`${rulePath}/`);
}
