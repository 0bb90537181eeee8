/** What storage drivers answer: plain, JSON-safe records with the provider's own answer under `raw`. */

/** A place that holds objects: a bucket, a container, a directory. */
export interface Container {
  readonly name: string;
  /** ISO time; absent where the answer at hand does not say. */
  readonly createdAt?: string | undefined;
  /** The provider's own answer. */
  readonly raw: unknown;
}

/** One object, without its bytes. */
export interface StorageObject {
  readonly kind: 'object';
  readonly name: string;
  /** The size of the whole object, also where a range of it was asked for. */
  readonly sizeBytes: number;
  /** Without quotes; the same bytes may have another one elsewhere. `''` where the provider gave none. */
  readonly etag: string;
  /** ISO time of the last write. */
  readonly modifiedAt: string;
  /** Absent where the answer at hand does not say, as in most lists. */
  readonly contentType?: string | undefined;
  /** Lower-case names; `{}` where there is none, and in the lists of providers that do not list it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The provider's own answer. */
  readonly raw: unknown;
}

/** What a list with a `delimiter` yields in place of all objects that share a name up to it. */
export interface PrefixEntry {
  readonly kind: 'prefix';
  /** The shared part of the names, the delimiter at its end included: `photos/`. */
  readonly name: string;
}

/** What a list yields. */
export type StorageEntry = StorageObject | PrefixEntry;

/** A container given by its name or as the model itself. */
export type ContainerReference = string | Pick<Container, 'name'>;

/** An object given by its name or as the model itself. */
export type ObjectReference = string | Pick<StorageObject, 'name'>;

/** An object together with the container it is in. */
export interface ObjectLocation {
  readonly container: ContainerReference;
  readonly name: ObjectReference;
}
