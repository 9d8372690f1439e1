// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStyledItemDelegate>

namespace birblens {

class ReviewSession;

/** A cell of the frame browser: capture time and badge, thumbnail, predicted label and probability.
 */
class FrameDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    FrameDelegate(ReviewSession &session, QObject *parent);

    /** The smallest cell for this font. */
    static QSize cellSize(const QFont &font);

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    ReviewSession &m_session;
};

} // namespace birblens
