# ranger on a table whose last column is the response. The job comes as JSON on
# standard input; the result goes as a line of JSON to standard output.

suppressPackageStartupMessages({
  library(ranger)
  library(jsonlite)
})

# memory returns VmRSS or VmHWM of this process in bytes, 0 where it cannot be told.
memory <- function(field) {
  if (!file.exists("/proc/self/status")) return(0)
  line <- grep(paste0("^", field, ":"), readLines("/proc/self/status"), value = TRUE)
  1024 * as.numeric(gsub("[^0-9]", "", line))
}

# readNPY reads a row-major matrix of float64, format version 1.0.
readNPY <- function(path) {
  f <- file(path, "rb")
  on.exit(close(f))
  start <- readBin(f, "raw", 10)
  header <- rawToChar(readBin(f, "raw", as.integer(start[9]) + 256L * as.integer(start[10])))
  shape <- as.integer(regmatches(header, regexec("\\(([0-9]+), ([0-9]+)\\)", header))[[1]][2:3])
  matrix(readBin(f, "double", prod(shape)), nrow = shape[1], ncol = shape[2], byrow = TRUE)
}

r2 <- function(prediction, truth) {
  1 - sum((truth - prediction)^2) / sum((truth - mean(truth))^2)
}

job <- fromJSON(file("stdin"))
data <- readNPY(job$path)
held <- readNPY(job$test)
d <- ncol(data) - 1
x <- data[, 1:d, drop = FALSE]
y <- data[, d + 1]
colnames(x) <- paste0("x", 1:d)
test <- held[, 1:d, drop = FALSE]
colnames(test) <- colnames(x)
rm(data)
invisible(gc())
base <- memory("VmRSS")

seconds <- c()
cpu <- c()
for (i in seq_len(max(1, job$repeats))) {
  start <- proc.time()
  fit <- ranger(
    x = x, y = y, num.trees = job$trees, mtry = if (is.null(job$tried)) d else job$tried,
    min.node.size = if (is.null(job$minLeaf)) 1 else job$minLeaf, max.depth = 64,
    num.threads = job$cpus, seed = 1, oob.error = isTRUE(job$outOfBag), verbose = FALSE
  )
  took <- proc.time() - start
  seconds <- c(seconds, took[["elapsed"]])
  cpu <- c(cpu, took[["user.self"]] + took[["sys.self"]])
}
peak <- memory("VmHWM")

prediction <- predict(fit, data = test, num.threads = job$cpus)$predictions
answers <- data.frame(
  name = c("held-out R2", paste("prediction", seq_along(prediction) - 1)),
  value = c(r2(prediction, held[, d + 1]), prediction)
)
if (isTRUE(job$outOfBag)) {
  # fit$r.squared divides by n - 1 where R2 has n.
  known <- is.finite(fit$predictions)
  answers <- rbind(answers, data.frame(name = "out-of-bag R2", value = r2(fit$predictions[known], y[known])))
}
cat(toJSON(list(
  done = unbox(TRUE),
  phases = list(list(name = unbox("forest"), seconds = seconds, cpu = cpu)),
  answers = answers,
  notes = character(0),
  versions = c(paste(R.version$major, R.version$minor, sep = "."), as.character(packageVersion("ranger"))) |>
    (\(v) paste(c("R", "ranger"), v))(),
  base = unbox(base),
  peak = unbox(peak)
), digits = NA), "\n", sep = "")
