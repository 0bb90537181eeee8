/** Names of containers and objects: what every provider takes, checked before anything is sent. */
import { checkKeys, ConfigurationError, kindOf } from '@sdk/common';
import type { ContainerReference, ObjectLocation, ObjectReference } from './models.js';

const MAX_CONTAINER_BYTES = 256;
const MAX_OBJECT_BYTES = 1024;

/**
 * The name of a container that was given as name or model.
 * @throws ConfigurationError where it is empty, longer than 256 bytes of UTF-8, `.` or `..`, or holds `/` or a control character.
 */
export function containerName(container: ContainerReference, field = 'container'): string {
  const name = checkedName(container, field, MAX_CONTAINER_BYTES);

  if (name === '.' || name === '..' || /[/\\\u0000-\u001f\u007f]/.test(name)) {
    throw new ConfigurationError(
      `${field} is ${JSON.stringify(name)}: the name of a container holds no slash, backslash or control character and is not "." or ".."`,
      { field },
    );
  }
  return name;
}

/**
 * The name of an object that was given as name or model.
 * @throws ConfigurationError where it is empty, longer than 1,024 bytes of UTF-8, no well-formed Unicode, or holds NUL.
 */
export function objectName(object: ObjectReference, field = 'name'): string {
  const name = checkedName(object, field, MAX_OBJECT_BYTES);
  if (name.includes('\0')) {
    throw new ConfigurationError(`${field} holds a NUL character; leave it out`, { field });
  }
  return name;
}

/** The names of a `{ container, name }` pair, as `copyObject` takes it. */
export function locationNames(
  location: ObjectLocation,
  field: string,
): { readonly container: string; readonly name: string } {
  if (typeof location !== 'object' || (location as unknown) === null) {
    throw new ConfigurationError(`${field} is ${kindOf(location)}: give { container, name }`, {
      field,
    });
  }
  checkKeys(location, ['container', 'name'], field);
  return {
    container: containerName(location.container, `${field}.container`),
    name: objectName(location.name, `${field}.name`),
  };
}

function checkedName(given: string | { readonly name: string }, field: string, maxBytes: number) {
  const name: unknown =
    typeof given === 'object' && (given as unknown) !== null ? given.name : given;
  if (typeof name !== 'string') {
    throw new ConfigurationError(`${field} is ${kindOf(name)}: give a name, or the model itself`, {
      field,
    });
  }
  if (name === '') {
    throw new ConfigurationError(`${field} is empty: give a name of at least one character`, {
      field,
    });
  }
  // Half of a surrogate pair cannot be written in UTF-8: it would be stored under another name.
  if (/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(name)) {
    throw new ConfigurationError(`${field} is no well-formed Unicode: it holds half of a pair`, {
      field,
    });
  }
  const bytes = Buffer.byteLength(name);
  if (bytes > maxBytes) {
    throw new ConfigurationError(
      `${field} is ${bytes} bytes long; a name may have ${maxBytes} bytes of UTF-8`,
      { field },
    );
  }
  return name;
}
