// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QTimer>

namespace birblens {

class ReviewSession;

/** Gives freed memory back to the system when a day or a model that was read has been taken in. */
class MemoryReturn : public QObject
{
    Q_OBJECT
public:
    /** @p session outlives it. */
    explicit MemoryReturn(ReviewSession &session, QObject *parent = nullptr);

private:
    QTimer m_soon;
};

} // namespace birblens
