// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>

namespace birblens {

/**
 * Watches the keys of the whole application: tells when one is held down, and leaves Return to the
 * widgets in which it has a meaning of its own, before it is taken for a command.
 */
class WindowKeys : public QObject
{
    Q_OBJECT
public:
    explicit WindowKeys(QObject *parent = nullptr);

    bool eventFilter(QObject *watched, QEvent *event) override;

Q_SIGNALS:
    void repeating(bool held); ///< also when nothing has changed
};

} // namespace birblens
