/** The one place where a status becomes a class of error. */
import {
  AuthenticationError,
  ConflictError,
  NotFoundError,
  PermissionError,
  PreconditionError,
  RateLimitError,
  ResponseError,
  ServerError,
  ValidationError,
} from '../../errors.js';
import type { ResponseErrorInit } from '../../errors.js';

/** A class of response errors. */
export type ResponseErrorClass = new (message: string, init: ResponseErrorInit) => ResponseError;

const CLASSES: Readonly<Record<number, ResponseErrorClass>> = {
  400: ValidationError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  412: PreconditionError,
  422: ValidationError,
  429: RateLimitError,
};

/** The class for a status; a provider's own code may know a better one (`parseError`). */
export function classOfStatus(status: number): ResponseErrorClass {
  return CLASSES[status] ?? (status >= 500 ? ServerError : ResponseError);
}
