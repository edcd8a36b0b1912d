/** Whether less of a metric is better, by its name: losses, errors, rates of errors, among them RMSE and MAE. */
export const lessIsBetter = (metric: string): boolean => /loss|error|perplexity|wrong|^r?mse$|^mae$/i.test(metric)
