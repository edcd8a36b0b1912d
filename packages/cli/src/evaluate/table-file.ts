/** Whether a file is a table, by its name. */
export const isTableFile = (file: string): boolean => /\.(csv|tsv)$/i.test(file)
