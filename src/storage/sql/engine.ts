import { type RawBuilder, sql } from 'kysely'

/** A database engine that the tables are made for. */
export type Engine = 'sqlite' | 'postgres'

/** Types of columns, as `engine` spells them. */
export interface ColumnTypes {
  readonly text: RawBuilder<unknown>
  /** 64-bit integer. */
  readonly integer: RawBuilder<unknown>
  readonly bytes: RawBuilder<unknown>
  /** A 64-bit integer that the engine counts up itself and never gives twice. */
  readonly serial: RawBuilder<unknown>
}

/** The column types of an engine. */
export function columnTypes(engine: Engine): ColumnTypes {
  switch (engine) {
    case 'sqlite':
      return {
        text: sql`text`,
        integer: sql`integer`,
        bytes: sql`blob`,
        serial: sql`integer primary key autoincrement`,
      }
    case 'postgres':
      return {
        text: sql`text`,
        integer: sql`bigint`,
        bytes: sql`bytea`,
        serial: sql`bigint generated always as identity primary key`,
      }
    default:
      throw engine satisfies never
  }
}
