// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QApplication>
#include <QElapsedTimer>

#include <functional>

namespace birblens {

/**
 * The window's application. An exception in a handler of an event does not end the program: it is
 * one sentence on standard error and, once setReporter() was called, in the window. The same
 * sentence is not repeated within ten seconds, so that a picture that cannot be painted does not
 * fill the window with messages.
 */
class Application : public QApplication
{
public:
    using QApplication::QApplication;

    /** @p report is called on this thread, from the event loop. */
    void setReporter(std::function<void(const Error &)> report);
    bool notify(QObject *receiver, QEvent *event) override;

private:
    void report(const Error &error);

    std::function<void(const Error &)> m_report;
    QString m_last;
    QElapsedTimer m_since;
};

} // namespace birblens
