// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QSize>
#include <QString>

class QDockWidget;
class QMainWindow;
class QMenu;
class QWidget;

namespace birblens {

/** A panel at an edge of the window. */
struct DockRow
{
    QString name; ///< of the QDockWidget: saved layouts know it by this
    QString title;
    QWidget *panel;
    Qt::DockWidgetArea area;
    QSize usual;      ///< width and height in the usual layout, in kUnit
    bool open = true; ///< in the usual layout; others are for when they are asked for
};

/** The docks of a window, from one table, so that the usual layout forgets none of them. */
class Docks
{
public:
    explicit Docks(QMainWindow &window);

    /** Docks every panel, in the order in which docks of one edge follow each other. */
    void add(const QList<DockRow> &rows);
    /** One command per dock, which shows or hides it. */
    void fill(QMenu &menu) const;
    /** Every dock back at its edge, in its usual size, open or closed as usual. */
    void reset();

private:
    struct Dock
    {
        DockRow row;
        QDockWidget *widget; ///< the window owns it
    };

    QMainWindow &m_window;
    QList<Dock> m_docks;
};

} // namespace birblens
