// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/network.h"
#include "core/result.h"
#include "core/review/reviewsession.h"

#include <QCommandLineParser>
#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>

namespace birblens {

/** Exit codes of every subcommand (DESIGN section 6). */
enum ExitCode { Done = 0, SomeFailed = 1, Usage = 2, Unusable = 3 };

/**
 * To be called first: standard input, output and error are open from then on, and a pipe without a
 * reader or a limit on file sizes is an error of the write, not the end of the program.
 */
void prepareStreams();
/**
 * What the program ends with after a command that returned @p code: Unusable, and a sentence, when
 * standard output did not take what was printed.
 */
int finished(int code);

/** One line on standard error. */
void complain(const QString &text);
void complain(const Error &error);
/**
 * One line on standard output. Without a reader (`| head`) the program ends here, quietly; any
 * other failure is told by finished().
 */
void print(const QString &text);
/** Compact JSON on standard output. */
void printJson(const QJsonArray &array);
void printJson(const QJsonObject &object);

/**
 * Parses @p arguments. @return the exit code when the command must not run: Done after --help,
 * Usage after a mistake.
 */
std::optional<int> parse(QCommandLineParser &parser, const QString &command,
                         const QStringList &arguments);
/** Says what is wrong and points at --help; returns Usage. */
int usageError(const QString &command, const QString &what);

/** --model and the flags that stand in for missing metadata. */
void addModelOptions(QCommandLineParser &parser);
/** Loads --model on the calling thread; a mistake in the flags is an Error too. */
Result<std::shared_ptr<Network>> loadModel(const QCommandLineParser &parser);

/** Index of a class by name or number; -1 when unknown. */
int findClass(const ModelInfo &model, const QString &text);

/** On standard error: how many things of which kind are no frames of the day. */
void complainOfLeftOut(const LeftOut &leftOut);

/**
 * Opens a day with @p model and waits until all of it is there: frames, labels, Birb Cam's labels,
 * stored predictions, pictures that have changed. Without a model the predictions are those of the
 * model that classified the day last.
 */
Result<void> openDayAndWait(ReviewSession &session, const QString &path,
                            const std::optional<OpenModel> &model = {});
/** Waits for what labels have set going: fingerprints of the labelled pictures. */
void waitUntilSettled(ReviewSession &session);

QList<Frame> framesOf(const Day &day);

/** A file that is named twice, also by another path, is taken once. */
QStringList withoutRepeats(const QStringList &paths);

QJsonObject predictionJson(const QString &frame, const ModelInfo &model,
                           const Prediction &prediction);
/** The same of logits that are no prediction: null for what is not finite, and why. */
QJsonObject notFiniteJson(const QString &frame, const ModelInfo &model, const Prediction &said);
/** What stands in its place for a frame that failed: its name and why. */
QJsonObject failureJson(const QString &frame, const QString &sentence);

/** Progress on standard error: one line that is rewritten on a terminal, nothing otherwise. */
void showProgress(const QString &what, int done, int total);

} // namespace birblens
