// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace birblens {

/** A subcommand. run() gets the arguments after its name and returns the exit code. */
struct Command
{
    QString name;
    QString summary;
    int (*run)(const QStringList &arguments);
};

int runBench(const QStringList &arguments);
/** The window's figures on a day, see `birblens bench --day`. */
int benchDay(const QString &path, const QString &model, bool asJson);
int runClassify(const QStringList &arguments);
int runClock(const QStringList &arguments);
int runDemo(const QStringList &arguments);
int runDoctor(const QStringList &arguments);
int runExplain(const QStringList &arguments);
int runExport(const QStringList &arguments);
int runLabel(const QStringList &arguments);
int runLayers(const QStringList &arguments);
int runTrust(const QStringList &arguments);

const QList<Command> &commands();
const Command *findCommand(const QString &name); ///< null when unknown

} // namespace birblens
