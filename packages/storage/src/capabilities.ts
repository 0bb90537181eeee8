/** What differs between providers, as data: ask before you call. */

/** One thing that a provider can do, or cannot, and where it is said. */
export type Capability =
  | { readonly supported: true }
  | {
      readonly supported: false;
      /** What is missing, as the end of a sentence. */
      readonly why: string;
      /** The document that says so: a URL, or a page of this project. */
      readonly source: string;
    };

/** What a storage driver's provider can do beyond what every one can. */
export interface StorageCapabilities {
  /** `presign`. */
  readonly presign: Capability;
  /** `ifNoneMatch` is atomic for an upload of any size: of two at once only one is stored. */
  readonly atomicIfNoneMatch: Capability;
  /** Lists carry each object's metadata and content type. */
  readonly listsMetadata: Capability;
  /** Any name that is well-formed Unicode can be stored, `a` beside `a/b` and `//x` included. */
  readonly anyObjectName: Capability;
  /** The largest object, in bytes. */
  readonly maxObjectBytes: number;
}
