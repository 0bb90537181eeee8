/** A listener for what is known elsewhere already, such as an error that would end the process if nobody listened. */
export function ignore(): void {}
