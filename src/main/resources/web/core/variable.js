/** How variables are written in templates, as Posel reads them: `VariableName` in Java. */
const SEGMENT = '[\\p{L}\\p{Nd}_-][\\p{L}\\p{M}\\p{Nd}_-]*';
const NAME = `[\\p{L}_][\\p{L}\\p{M}\\p{Nd}_-]*(?:\\.${SEGMENT})*`;

/** A new one for each use, as a pattern that looks for all of them remembers where it is. */
export const variable = (flags = '') => new RegExp(`#${NAME}#`, `u${flags}`);

/** What has been typed of one so far. */
export const BEGUN = /#[\p{L}\p{M}\p{Nd}_.-]*/u;

/** The names that are there whatever an event is about, the common ones first. */
export const ALWAYS = ['entity.id', 'entity.type', 'event.type', 'event.id', 'event.occurredAt', 'data', 'event'];

/** The value at a path; a number is the index of an element of an array. */
export const valueAt = (data, name) => name.split('.').reduce((at, segment) => at?.[segment], data);
