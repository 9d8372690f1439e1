// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/application.h"

#include "core/guarded.h"

#include <QTextStream>

namespace birblens {

namespace {

constexpr qint64 repeatAfter = 10000; ///< ms

} // namespace

void Application::setReporter(std::function<void(const Error &)> report)
{
    m_report = std::move(report);
}

bool Application::notify(QObject *receiver, QEvent *event)
{
    const auto guardedNotify = [&] { return QApplication::notify(receiver, event); };
    const Result<bool> handled = guarded("window", guardedNotify);
    if (handled)
        return *handled;
    report(handled.error());
    return false;
}

void Application::report(const Error &error)
{
    const QString sentence = error.sentence();
    if (sentence == m_last && m_since.elapsed() < repeatAfter)
        return;
    m_last = sentence;
    m_since.start();
    QTextStream(stderr) << "birblens: " << sentence << Qt::endl;
    if (m_report)
        QMetaObject::invokeMethod(
            this,
            [this, error] {
                if (m_report)
                    m_report(error);
            },
            Qt::QueuedConnection);
}

} // namespace birblens
